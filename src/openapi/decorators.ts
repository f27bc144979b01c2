import type { Type } from '@nestjs/common';
import type * as Swagger from '@nestjs/swagger';

type Decorators = Pick<typeof Swagger, Extract<keyof typeof Swagger, `Api${string}`>>;
type Decorator = (...options: unknown[]) => (...decorated: unknown[]) => void;

const notes: ((swagger: typeof Swagger) => void)[] = [];

/**
 * Stand-ins for the decorators of @nestjs/swagger, because that package loads 530 modules and few servers are ever asked
 * for the document. They record their calls. `sayAll` repeats the calls with the real decorators.
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

/** The reference to a class in the OpenAPI document. */
export const schemaPath = ({ name }: Type): string => `#/components/schemas/${name}`;

/** Applies all recorded decorators, in the order in which they were recorded. */
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
