/** By hand: the obvious expression takes quadratic time for a path of nothing but slashes. */
export function withoutSlashesAtTheEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
