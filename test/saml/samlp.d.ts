/** Types for the part of samlp that the tests use, because the package has none. */
declare module 'samlp' {
  import type { IncomingMessage } from 'node:http';

  export interface SamlRequest extends IncomingMessage {
    query: Readonly<Record<string, string>>;
  }

  export interface SamlAnswer {
    set(name: string, value: string): void;
    send(body: string | number): void;
  }

  export interface SamlSettings {
    readonly issuer: string;
    readonly cert: string;
    readonly key: string;
    readonly audience?: string;
    readonly lifetimeInSeconds?: number;
    readonly encryptionCert?: string;
    readonly encryptionPublicKey?: string;
    readonly encryptionAlgorithm?: string;
    readonly recipient?: string;
    readonly destination?: string;
    readonly inResponseTo?: string;
    readonly signResponse?: boolean;
    readonly getUserFromRequest?: (request: SamlRequest) => object;
    readonly getPostURL?: (
      audience: string,
      document: unknown,
      request: SamlRequest,
      done: (error: Error | null, url: string) => void,
    ) => void;
  }

  const samlp: {
    auth(
      settings: SamlSettings,
    ): (request: SamlRequest, answer: SamlAnswer, next: (error?: Error) => void) => void;
    parseRequest(
      request: SamlRequest,
      options: object,
      done: (error: Error | null, data?: { assertionConsumerServiceURL?: string }) => void,
    ): void;
    getSamlResponse(
      settings: SamlSettings & { readonly signatureAlgorithm: string; readonly digestAlgorithm: string },
      user: object,
      done: (error: Error | null, xml?: string) => void,
    ): void;
  };
  export default samlp;
}
