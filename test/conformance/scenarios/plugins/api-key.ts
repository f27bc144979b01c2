import { get, post, scenario, type Scenario } from '../../steps.js';
import { ADA } from '../values.js';

export const apiKey: readonly Scenario[] = [
  scenario(
    'keys are made, changed and deleted',
    post('/api-key/create', { name: 'ci' }),
    post('/sign-up/email', ADA),
    post('/api-key/create', { name: 'ci', expiresIn: 86_400 * 2 }, { save: { key: 'key', id: 'id' } }),
    get('/api-key/list'),
    get('/api-key/get?id={id}'),
    post('/api-key/update', { keyId: '{id}', name: 'deploy' }),
    get('/get-session', { browser: 'machine', headers: { 'x-api-key': 'nothing' } }),
    post('/api-key/delete', { keyId: '{id}' }),
    get('/api-key/list'),
    post('/api-key/create', { name: 7 }),
  ),
];

export const passkey: readonly Scenario[] = [
  scenario(
    'asks the authenticator',
    get('/passkey/generate-register-options'),
    post('/sign-up/email', ADA),
    get('/passkey/list-user-passkeys'),
    post('/passkey/verify-registration', { response: {} }),
    post('/passkey/verify-authentication', { response: { id: 'x' } }),
    post('/passkey/delete-passkey', { id: 'nothing' }),
    post('/passkey/update-passkey', { id: 'nothing', name: 'x' }),
  ),
];
