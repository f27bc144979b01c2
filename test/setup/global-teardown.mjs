export default async function globalTeardown() {
  await globalThis.clusters.stop();
}
