import type { AdditionalValues } from '../additional-fields/additional-input.js';
import type { Config } from '../config/config.js';
import type { User } from '../users/user.js';

/**
 * The user in the answer to a sign-up whose e-mail is taken, as the function `customSyntheticUser` of the module makes it.
 * @param user as the answer has it without that function.
 * @param given the configured fields that the client has sent.
 */
export function syntheticUser(
  user: User,
  given: AdditionalValues,
  { functions, plugins }: Pick<Config, 'functions' | 'plugins'>,
): User {
  const make = functions.emailAndPassword?.customSyntheticUser;
  if (!make) return user;
  const { id, additional, ...coreFields } = user;
  const own = Object.entries(given).filter(([name]) => !plugins?.user.some((field) => field.name === name));
  const made = make({ coreFields, additionalFields: Object.fromEntries(own), id });
  const madeOf = <Fields extends object>(fields: Fields): Fields =>
    Object.assign(
      {},
      ...Object.keys(fields).map((name) => (name in made ? { [name]: made[name] } : {})),
    ) as Fields;
  return { id, ...coreFields, ...madeOf(coreFields), additional: { ...additional, ...madeOf(additional) } };
}
