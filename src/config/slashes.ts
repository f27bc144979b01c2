/** A loop, because a regular expression takes quadratic time on a path that consists of slashes only. */
export function withoutSlashesAtTheEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
