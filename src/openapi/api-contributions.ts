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

/** What features add to the OpenAPI document. A feature adds its own when its module starts. */
@Injectable()
export class ApiContributions {
  private readonly bearerDescriptions: BearerDescription[] = [];
  private readonly tagDescriptions: TagDescription[] = [];

  get bearers(): readonly BearerDescription[] {
    return this.bearerDescriptions;
  }

  get tags(): readonly TagDescription[] {
    return this.tagDescriptions;
  }

  /** Every route that takes the session cookie takes this credential too. */
  addBearer(bearer: BearerDescription): void {
    this.bearerDescriptions.push(bearer);
  }

  addTag(tag: TagDescription): void {
    this.tagDescriptions.push(tag);
  }
}
