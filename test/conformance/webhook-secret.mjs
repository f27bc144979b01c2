/** With which Stripe signs the events that it sends. */
export const WEBHOOK_SECRET = 'whsec_conformance';
