import { devNull } from 'node:os';

/** For programs that run in the checkout. They must not read its `.env`, which `npm start` writes. */
export const WITHOUT_ENV_FILE = { DOTENV_CONFIG_PATH: devNull };
