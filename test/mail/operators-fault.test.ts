import { operatorsFault } from '../../src/mail/operators-fault.js';

/** The codes and texts of mail services, as their documentation shows them. */
test.each([
  [
    '5.2.0',
    'STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied',
    'sender not allowed',
  ],
  ['5.7.60', 'SMTP; Client does not have permissions to send as this sender', 'sender not allowed'],
  ['', 'Message rejected: Email address is not verified.', 'sender not allowed'],
  ['5.1.8', 'Access denied, bad outbound sender', 'sender not allowed'],
  ['5.4.5', 'Daily user sending limit exceeded.', 'sending limit reached'],
  ['5.1.90', 'You have reached your daily limit for message recipients', 'sending limit reached'],
  ['', 'Daily message quota exceeded', 'sending limit reached'],
  ['5.7.1', 'Relaying denied', 'policy'],
  ['5.7.26', 'This mail has been blocked because the sender is unauthenticated.', 'not authenticated'],
  ['', 'Unauthenticated senders not allowed', 'not authenticated'],
] as const)('the operator must act on %s %s', (enhanced, words, expected) => {
  expect(operatorsFault(enhanced, words)).toBe(expected);
});

test.each([
  ['5.1.1', 'No such user'],
  ['5.2.2', 'The mailbox is over its daily quota'],
  ['5.2.1', 'The user is receiving mail at a rate above the hourly limit'],
  ['5.3.4', 'Message too big'],
  ['', 'User unknown'],
])('the operator can do nothing about %s %s', (enhanced, words) => {
  expect(operatorsFault(enhanced, words)).toBeUndefined();
});
