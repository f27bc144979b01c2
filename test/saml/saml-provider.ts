import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { IdentityProvider, ServiceProvider } from 'samlify';
import samlp, { type SamlAnswer, type SamlRequest } from 'samlp';
import { portOf } from '../openid/front.js';

/** A person with an account at the provider. */
export interface SamlPerson {
  readonly id: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
}

export const GRACE: SamlPerson = {
  id: 'grace-at-the-provider',
  email: 'grace@saml.example',
  givenName: 'Grace',
  familyName: 'Hopper',
};

export interface UnsolicitedAnswer {
  readonly audience: string;
  readonly recipient: string;
  readonly issuer?: string;
  readonly lifetimeInSeconds?: number;
  /** Changes of the person. */
  readonly person?: Partial<SamlPerson>;
}

/** A real SAML identity provider. It signs everybody in without a page. */
export interface SamlProvider {
  readonly origin: string;
  readonly issuer: string;
  /** The certificate of its key, in base64. */
  readonly certificate: string;
  /** Who signs in next. */
  person: SamlPerson;
  /** The key and the certificate of the service, in PEM. */
  readonly service: { readonly key: string; readonly cert: string };
  /** If true, the provider accepts only requests that the service has signed, and encrypts its answers. */
  isStrict: boolean;
  /** The URL to which the provider sends a browser to end the sessions of a person. */
  logoutUrl(service: { readonly id: string; readonly location: string }): string;
  /** An answer that no service asked for, in base64. */
  unsolicited(given: UnsolicitedAnswer): Promise<string>;
  stop(): Promise<void>;
}

const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) };
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const DAY = 86_400_000;

/** A key and its certificate, both in PEM. */
async function newCredentials(): Promise<{ key: string; cert: string }> {
  const keys = await crypto.subtle.generateKey({ ...ALGORITHM, modulusLength: 2048 }, true, [
    'sign',
    'verify',
  ]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=saml.example',
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + DAY),
    signingAlgorithm: ALGORITHM,
    keys,
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.replace(/.{64}/g, '$&\n');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
  };
}

export async function startSamlProvider(): Promise<SamlProvider> {
  const [{ key, cert }, service] = await Promise.all([newCredentials(), newCredentials()]);
  const issuer = 'https://saml.example/metadata';
  const settings = { issuer, key, cert, signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256' };
  const encryption = {
    encryptionCert: service.cert,
    encryptionPublicKey: createPublicKey(service.cert).export({ type: 'spki', format: 'pem' }).toString(),
    encryptionAlgorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  };
  const parse = promisify(samlp.parseRequest);
  const createResponse = promisify(samlp.getSamlResponse);

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { searchParams } = new URL(message.url ?? '', 'http://provider');
    const request = Object.assign(message, { query: Object.fromEntries(searchParams) }) as SamlRequest;
    const answer: SamlAnswer = {
      set: (name, value) => void response.setHeader(name, value),
      send: (body) => void (typeof body === 'number' ? response.writeHead(body).end() : response.end(body)),
    };
    const { isStrict } = provider;
    const asked = await parse(request, isStrict ? { signingCert: service.cert } : {});
    if (isStrict && !searchParams.has('Signature')) throw new Error('The request is not signed.');
    const recipient = asked?.assertionConsumerServiceURL ?? '';
    const answerWith = samlp.auth({
      ...settings,
      ...(isStrict ? encryption : {}),
      recipient,
      destination: recipient,
      getUserFromRequest: () => profileOf(provider.person),
      getPostURL: (_audience, _document, _request, done) => done(null, recipient),
    });
    answerWith(request, answer, (error) => void response.writeHead(400).end(String(error)));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const provider: SamlProvider = {
    origin: `http://127.0.0.1:${portOf(server)}`,
    issuer,
    certificate: cert.replace(/-----[^-]+-----|\s/g, ''),
    person: GRACE,
    service,
    isStrict: false,
    logoutUrl({ id, location }) {
      const services = [{ Binding: REDIRECT, Location: location }];
      const from = IdentityProvider({
        entityID: issuer,
        privateKey: key,
        signingCert: cert,
        singleSignOnService: services,
        singleLogoutService: services,
      });
      const to = ServiceProvider({ entityID: id, singleLogoutService: services });
      return from.createLogoutRequest(to, 'redirect', { logoutNameID: provider.person.id }).context;
    },
    async unsolicited({ person, ...changes }) {
      const given = { ...settings, ...changes, destination: changes.recipient };
      const xml = await createResponse(given, profileOf({ ...provider.person, ...person }));
      return Buffer.from(String(xml)).toString('base64');
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return provider;
}

/** As passport describes people, which is what samlp reads. */
const profileOf = ({ id, email, givenName, familyName }: SamlPerson) => ({
  id,
  emails: [{ value: email }],
  displayName: `${givenName} ${familyName}`,
  name: { givenName, familyName },
});
