import { Stripe } from 'stripe';
import { call, get, post, rows, scenario, sql, type Scenario, type Step } from '../../steps.js';
import type { Side } from '../../side.js';
import { ADA } from '../values.js';
import { WEBHOOK_SECRET } from '../../webhook-secret.mjs';

const { webhooks } = new Stripe('sk_test_conformance');

/** Sends an event as Stripe does, signed. `{id}` is the id of the only subscription, and `{user}` that of the only user. */
const event = (
  type: string,
  object: (ids: { id: string; user: string }) => object,
  secret = WEBHOOK_SECRET,
): Step => ({
  label: `Stripe sends ${type}${secret === WEBHOOK_SECRET ? '' : ' with another secret'}`,
  async run(side) {
    const payload = JSON.stringify({
      id: 'evt_1',
      object: 'event',
      type,
      data: { object: object(await idsIn(side)) },
    });
    const signature = webhooks.generateTestHeaderString({ payload, secret });
    return call('POST', '/api/auth/stripe/webhook', payload, {
      browser: 'stripe',
      headers: { 'stripe-signature': signature, origin: undefined },
    }).run(side);
  },
});

async function idsIn(side: Side) {
  const [row] = await side.database.query<{ id: string; user: string }>(
    `select u.id as user, s.id from users u left join subscriptions s on s.reference_id = u.id`,
  );
  return { id: String(row?.id), user: String(row?.user) };
}

const customers = rows(`select stripe_customer_id like 'cus_%' as has_customer from users`);
const subscriptions = rows(
  `select plan, status, stripe_subscription_id, cancel_at_period_end, seats, billing_interval,
          period_end is not null as has_period from subscriptions`,
);
const urls = { successUrl: '/paid', cancelUrl: '/not-paid' };
const completed = event('checkout.session.completed', ({ id, user }) => ({
  mode: 'subscription',
  subscription: 'sub_1',
  client_reference_id: user,
  metadata: { subscriptionId: id, referenceId: user, userId: user },
}));

export const stripe: readonly Scenario[] = [
  scenario(
    'somebody subscribes, and Stripe reports it',
    post('/subscription/upgrade', { plan: 'pro', ...urls }),
    post('/sign-up/email', ADA),
    customers,
    get('/subscription/list'),
    post('/subscription/upgrade', { plan: 'unknown', ...urls }),
    post('/subscription/upgrade', { plan: 'pro', ...urls, successUrl: 'https://attacker.example' }),
    post('/subscription/upgrade', { plan: 'pro', ...urls }),
    subscriptions,
    completed,
    subscriptions,
    get('/subscription/list'),
    post('/subscription/upgrade', { plan: 'pro', ...urls }),
    post('/subscription/billing-portal', { returnUrl: '/account' }),
    post('/subscription/cancel', { returnUrl: '/account' }),
    post('/subscription/restore', {}),
    event('customer.subscription.deleted', () => ({
      id: 'sub_1',
      status: 'canceled',
      customer: 'cus_1',
      cancel_at_period_end: false,
      items: { data: [] },
    })),
    subscriptions,
    get('/subscription/list'),
    get('/get-session'),
    post('/update-user', { stripeCustomerId: 'cus_of_another' }),
  ),
  scenario(
    'events that Stripe did not sign, and subscriptions of others',
    post('/sign-up/email', ADA),
    post('/subscription/upgrade', { plan: 'pro', ...urls }),
    event('checkout.session.completed', () => ({}), 'whsec_of_another'),
    call('POST', '/api/auth/stripe/webhook', '{}', { headers: { 'stripe-signature': 't=1,v1=00' } }),
    call('POST', '/api/auth/stripe/webhook', '{}'),
    event('invoice.paid', () => ({})),
    sql(`update subscriptions set stripe_subscription_id = 'sub_1', status = 'active'`),
    post('/sign-up/email', { ...ADA, email: 'eve@example.com' }, { browser: 'eve' }),
    post('/subscription/cancel', { subscriptionId: 'sub_1', returnUrl: '/account' }, { browser: 'eve' }),
    post('/subscription/restore', { subscriptionId: 'sub_1' }, { browser: 'eve' }),
    get('/subscription/list', { browser: 'eve' }),
    post('/subscription/upgrade', { plan: 'pro', ...urls, subscriptionId: 'sub_1' }, { browser: 'eve' }),
  ),
];
