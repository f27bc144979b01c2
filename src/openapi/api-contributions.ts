import { Injectable } from '@nestjs/common';

/** A credential after `Authorization: Bearer`, as the OpenAPI document describes it. */
export interface BearerDescription {
  /** The name of the security scheme. */
  readonly name: string;
  readonly format: string;
  readonly description: string;
}

export interface TagDescription {
  readonly name: string;
  readonly description: string;
}

/** An operation of OpenAPI 3.1 that no decorators describe. */
export interface DescribedOperation {
  readonly summary?: string;
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly { readonly in?: string; readonly name?: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema?: { readonly properties?: object } }>>;
  };
  readonly responses?: Readonly<Record<string, object>>;
}

/** Routes that no controller has. */
export interface DescribedRoutes {
  /** Operations by method in lower case, by path. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly tags: readonly TagDescription[];
  /** Schemas that the operations name, besides those of this server. */
  readonly schemas: Readonly<Record<string, object>>;
}

/** What features add to the OpenAPI document. A feature adds its own when its module starts. */
@Injectable()
export class ApiContributions {
  private readonly bearerDescriptions: BearerDescription[] = [];
  private readonly tagDescriptions: TagDescription[] = [];
  private readonly describers: (() => Promise<DescribedRoutes>)[] = [];

  get bearers(): readonly BearerDescription[] {
    return this.bearerDescriptions;
  }

  get tags(): readonly TagDescription[] {
    return this.tagDescriptions;
  }

  /** Makes the descriptions of all routes that no controller has. */
  describeRoutes(): Promise<DescribedRoutes[]> {
    return Promise.all(this.describers.map((describe) => describe()));
  }

  /** Every route that takes the session cookie takes this credential too. */
  addBearer(bearer: BearerDescription): void {
    this.bearerDescriptions.push(bearer);
  }

  addTag(tag: TagDescription): void {
    this.tagDescriptions.push(tag);
  }

  /** @param describe is called when somebody asks for the document. */
  addRoutes(describe: () => Promise<DescribedRoutes>): void {
    this.describers.push(describe);
  }
}
