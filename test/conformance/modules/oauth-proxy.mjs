// The plugin that lets preview deployments sign in at providers, as both servers load it. Both servers are production here.
import { oAuthProxy } from 'better-auth/plugins';

export default [oAuthProxy({ currentURL: 'https://preview.example' })];
