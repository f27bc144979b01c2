import type { Type } from '@nestjs/common';
import type * as Swagger from '@nestjs/swagger';

type Decorators = Pick<typeof Swagger, Extract<keyof typeof Swagger, `Api${string}`>>;
type Decorator = (...options: unknown[]) => (...decorated: unknown[]) => void;

const notes: ((swagger: typeof Swagger) => void)[] = [];

/**
 * The decorators of @nestjs/swagger, which loads 530 modules for a document that few servers are ever asked for:
 * what they say is noted here, and said to it when the document is made.
 */
export const ApiBody = noted('ApiBody');
export const ApiConsumes = noted('ApiConsumes');
export const ApiCookieAuth = noted('ApiCookieAuth');
export const ApiExcludeEndpoint = noted('ApiExcludeEndpoint');
export const ApiExtraModels = noted('ApiExtraModels');
export const ApiOperation = noted('ApiOperation');
export const ApiParam = noted('ApiParam');
export const ApiProperty = noted('ApiProperty');
export const ApiQuery = noted('ApiQuery');
export const ApiResponse = noted('ApiResponse');
export const ApiSecurity = noted('ApiSecurity');
export const ApiTags = noted('ApiTags');

/** Where the document describes a class. */
export const schemaPath = ({ name }: Type): string => `#/components/schemas/${name}`;

/** Says everything that is noted, in the order in which it was. */
export function sayAll(swagger: typeof Swagger): void {
  for (const say of notes.splice(0)) say(swagger);
}

function noted<Name extends keyof Decorators>(name: Name): Decorators[Name] {
  const decorator: Decorator =
    (...options) =>
    (...decorated) => {
      notes.push((swagger) => (swagger[name] as unknown as Decorator)(...options)(...decorated));
    };
  return decorator;
}
