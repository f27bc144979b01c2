import { Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import type { MailValues } from './mail.js';

/** A mail that a feature sends. */
export interface MailKind {
  /** Also the name of its templates: `<locale>/<name>.txt` and `<locale>/<name>.html`. */
  readonly name: string;
  /** The feature's folder of templates. It has a folder `en` and one for each other language. */
  readonly templates: string;
  /** The value that the user needs, such as a link. Every template must contain its placeholder. */
  readonly essential: string;
  /** Other values that templates may contain, besides `name`, `site` and `validFor`. */
  readonly values?: readonly string[];
  /** Seconds for which the essential value works. */
  readonly life: (config: Config) => number;
}

/** Delivers a mail of one kind without the mail server. If it throws, it is called again later. */
export type Delivery = (mail: { readonly to: string; readonly values: MailValues }) => Promise<void>;

/** All kinds of mail. Their owners add them when they are constructed. */
@Injectable()
export class MailKinds {
  private readonly kinds = new Map<string, MailKind>();
  private readonly deliveries = new Map<string, Delivery>();

  /** @throws {Error} if a kind has a name that is taken. */
  add(...kinds: readonly MailKind[]): void {
    for (const kind of kinds) {
      if (this.kinds.has(kind.name)) throw new Error(`Two kinds of mail have the name ${kind.name}.`);
      this.kinds.set(kind.name, kind);
    }
  }

  /** Lets a feature deliver the mails of this kind itself, for example through a service of the team. */
  deliverWith(name: string, deliver: Delivery): void {
    this.deliveries.set(name, deliver);
  }

  /** Undefined if mails of this kind go to the mail server. */
  deliveryOf(name: string): Delivery | undefined {
    return this.deliveries.get(name);
  }

  /** True if all mails go to the mail server. */
  get allBySmtp(): boolean {
    return this.deliveries.size === 0;
  }

  all(): MailKind[] {
    return [...this.kinds.values()];
  }

  /** Undefined if the mail was stored by an older version of the server, or by a feature that was removed. */
  find(name: string): MailKind | undefined {
    return this.kinds.get(name);
  }

  /** @throws {Error} if there is no such kind. */
  named(name: string): MailKind {
    const kind = this.kinds.get(name);
    if (!kind) throw new Error(`No kind of mail has the name ${name}. Its feature must add it to MailKinds.`);
    return kind;
  }
}
