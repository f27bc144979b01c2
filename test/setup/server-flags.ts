import { readFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** The flags that `npm run start:prod` gives to Node. */
export const SERVER_FLAGS = scripts['start:prod']?.split(' ').filter((word) => word.startsWith('--')) ?? [];
