// The plugin stripe with the published client of Stripe, as both servers load it. Only Stripe's own servers are missing: the
// client asks the function below.
import { stripe } from '@better-auth/stripe';
import { Stripe } from 'stripe';
import { WEBHOOK_SECRET } from '../webhook-secret.mjs';

const counts = new Map();
const newId = (kind) => {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return `${kind}_${counts.get(kind)}`;
};

const subscription = (id) => ({
  id,
  object: 'subscription',
  status: 'active',
  cancel_at_period_end: false,
  cancel_at: null,
  canceled_at: null,
  ended_at: null,
  trial_start: null,
  trial_end: null,
  items: {
    data: [
      {
        id: 'si_1',
        quantity: 1,
        price: { id: 'price_pro', recurring: { interval: 'month' } },
        current_period_start: 1_800_000_000,
        current_period_end: 1_802_000_000,
      },
    ],
  },
});

/** What Stripe's interface answers to each request of the plugin. */
const ANSWERS = [
  ['GET', /^\/v1\/customers\/search$/, () => ({ object: 'search_result', data: [], has_more: false })],
  ['GET', /^\/v1\/customers\/(\w+)$/, (id) => ({ id, object: 'customer', metadata: {} })],
  ['POST', /^\/v1\/customers(?:\/\w+)?$/, () => ({ id: newId('cus'), object: 'customer', metadata: {} })],
  ['GET', /^\/v1\/subscriptions$/, () => ({ object: 'list', data: [], has_more: false })],
  ['GET', /^\/v1\/subscriptions\/(\w+)$/, subscription],
  [
    'POST',
    /^\/v1\/checkout\/sessions$/,
    () => ({ id: newId('cs'), url: 'https://checkout.stripe.com/c/pay/1' }),
  ],
  ['POST', /^\/v1\/billing_portal\/sessions$/, () => ({ url: 'https://billing.stripe.com/p/session/1' })],
];

async function answer(url, { method }) {
  const { pathname } = new URL(url);
  for (const [verb, pattern, make] of ANSWERS) {
    const found = verb === method && pattern.exec(pathname);
    if (found) return Response.json(make(found[1]));
  }
  return Response.json(
    { error: { type: 'invalid_request_error', message: `no ${method} ${pathname}` } },
    { status: 404 },
  );
}

export default [
  stripe({
    stripeClient: new Stripe('sk_test_conformance', {
      httpClient: Stripe.createFetchHttpClient(answer),
      maxNetworkRetries: 0,
    }),
    stripeWebhookSecret: WEBHOOK_SECRET,
    createCustomerOnSignUp: true,
    subscription: { enabled: true, plans: [{ name: 'pro', priceId: 'price_pro', limits: { projects: 5 } }] },
  }),
];
