import { readFile } from 'node:fs/promises';
import { compile } from 'tailwindcss';

const FOLDER = 'test/browser/auth-ui';
const PACKAGES = 'node_modules';

/** Writes the style sheet as an application with Tailwind CSS does: from the class names in the package and in the page. */
export async function styleOfScreens() {
  const [style, ...sources] = await Promise.all(
    [`${FOLDER}/app.css`, `${PACKAGES}/@daveyplate/better-auth-ui/dist/index.js`, `${FOLDER}/app.jsx`].map(
      (path) => readFile(path, 'utf8'),
    ),
  );
  const { build } = await compile(style, {
    loadStylesheet: async (id, base) => ({
      path: id,
      base,
      content: await readFile(`${PACKAGES}/${id}/index.css`, 'utf8'),
    }),
  });
  return build(sources.flatMap((source) => [...new Set(source.match(/[^\s"'`]+/g))]));
}
