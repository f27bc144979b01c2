// For `node --import`: prints the URL of each module of the published library and of its host when it is loaded.
import { register } from 'node:module';

const hook = `export async function load(url, context, next) {
  if (/\\/node_modules\\/better-auth\\/|\\/dist\\/src\\/features\\/plugins\\//.test(url)) process._rawDebug('loaded ' + url);
  return next(url, context);
}`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);
