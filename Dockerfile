ARG NODE=24-bookworm-slim

FROM node:${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages hold only the PostgreSQL of the tests. Native modules come with their binaries, so no script needs to run.
RUN npm ci --ignore-scripts --omit=optional
COPY tsconfig.json nest-cli.json ormconfig.ts ./
COPY src src
COPY migrations migrations
RUN npm run build

FROM node:${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Node loads none of the deleted files. They are two thirds of the packages.
RUN npm ci --ignore-scripts --omit=dev --omit=optional \
  && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' \) -delete \
  && find node_modules/@opentelemetry -type d \( -name esm -o -name esnext \) -prune -exec rm -r {} +

FROM node:${NODE}
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
# The files belong to root, so the server cannot change them. It writes nothing, so the file system may be read-only.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.METRICS_PORT || process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The flag limits the memory; see src/health/operations.md.
CMD ["node", "--max-semi-space-size=4", "dist/src/main.js"]
