/** The environment of a program in this folder. Without a folder it runs in the checkout, and does not read its `.env`. */
export function environmentOf(folder: string | undefined): NodeJS.ProcessEnv {
  const { PATH, HOME, DOTENV_CONFIG_PATH } = process.env;
  return { PATH, HOME, ...(folder === undefined ? { DOTENV_CONFIG_PATH } : {}) };
}
