import { createRequire } from 'node:module';
import { KNOWN_PLUGINS } from '../../dist/src/config/plugins/catalogue.js';
import { SchemaNames } from '../../dist/src/config/plugins/plugin-schema.js';
import { PluginSenders } from '../../dist/src/config/plugins/plugin-senders.js';

const require = createRequire(import.meta.url);

const senders = new PluginSenders();
/** One line for each message, in the format of Gatehouse's log. */
senders.mail = async ({ kind, to, values }) =>
  void process.stdout.write(
    `mail ${kind} to ${to}: ${values.url ?? values.code ?? values.invitation ?? values.text}\n`,
  );
/** Better Auth leaves it to the application whether somebody whom a directory has deactivated may sign in. */
senders.access = async () => {};
senders.text = async ({ kind, to, otp }) => void process.stdout.write(`text ${kind} to ${to}: ${otp}\n`);

/**
 * The published plugins on the tables that Gatehouse's migrations make.
 * @param given the options of each plugin, by its id.
 */
export function pluginsFrom(given) {
  return Object.entries(given).map(([id, options]) => {
    const { package: from, exported, root, code } = KNOWN_PLUGINS.find((known) => known.id === id);
    const callbacks = code?.(senders, require) ?? {};
    const otpOptions = { ...callbacks.otpOptions, ...options.otpOptions };
    const plugin = require(from)[exported]({
      ...callbacks,
      ...options,
      ...(id === 'two-factor' ? { otpOptions } : {}),
    });
    return onTables(plugin, root);
  });
}

/** The plugin with the names of tables and columns that Gatehouse's migrations give them, and otherwise as it was published. */
export function onTables(plugin, root = plugin.id) {
  if (!plugin.schema) return plugin;
  const schema = new SchemaNames({}, []).of(root, plugin.schema);
  for (const [model, { fields }] of Object.entries(schema))
    for (const [name, field] of Object.entries(fields)) field.input = plugin.schema[model].fields[name].input;
  return Object.assign(plugin, { schema });
}
