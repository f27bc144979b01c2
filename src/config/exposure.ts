/** What the server shows to whom. */
export interface Exposure {
  /** True if the public port serves Swagger UI and the OpenAPI document. */
  readonly docs: boolean;
  readonly metrics: {
    /** True if the public port serves `/metrics`. */
    readonly onPublicPort: boolean;
    /** The port of `/metrics` and `/health` alone. If it is set, the public port serves neither. */
    readonly port: number | undefined;
  };
  /** True if the server writes mails to the log as long as it has no mail server. */
  readonly mailsInLog: boolean;
}

interface Values {
  readonly NODE_ENV?: string | undefined;
  readonly DOCS_ENABLED?: boolean | undefined;
  readonly METRICS_ENABLED?: boolean | undefined;
  readonly METRICS_PORT?: number | undefined;
}

/** @param origin the public base URL */
export function exposureFrom(values: Values, origin: string): Exposure {
  const development = values.NODE_ENV !== 'production';
  const port = values.METRICS_PORT;
  return {
    docs: values.DOCS_ENABLED ?? development,
    metrics: { onPublicPort: port === undefined && (values.METRICS_ENABLED ?? development), port },
    // Links in mails are secrets. People who serve a public address may collect its log somewhere.
    mailsInLog: development && !isPublic(origin),
  };
}

/** @returns a warning if the server has a public address, but not the settings for it. */
export function exposureWarnings({ NODE_ENV }: Values, origin: string): string[] {
  if (NODE_ENV === 'production' || !isPublic(origin)) return [];
  return [
    `BETTER_AUTH_URL is the public address ${origin}, but NODE_ENV is not production, so the server has the defaults ` +
      'for development. Set NODE_ENV=production. Mails with links are not written to the log.',
  ];
}

/** Only an https address counts, because people also use http between containers and in their home network. */
function isPublic(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' && !/^(.+\.)?localhost$|^127\.|^\[::1\]$/.test(hostname);
}
