/**
 * Secrets that look random or made up but are printed in documentation and much copied tutorials, in lower case. Sentences
 * of usual words, such as `your-256-bit-secret`, are found by `isPlaceholder`.
 */
export const PUBLISHED: ReadonlySet<string> = new Set([
  // FastAPI's tutorial on OAuth 2 with JWTs
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  // jwt.io, before 2024
  'qwertyuiopasdfghjklzxcvbnm123456',
  // tutorials on Spring Boot with JWTs
  '404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970',
  '413f4428472b4b6250655368566d5970337336763979244226452948404d6351',
  '5367566b59703373367639792f423f4528482b4d6251655468576d5a71347437',
  '586e3272357538782f413f4428472b4b6250655368566b597033733676397924',
  '357638792f423f4428472b4b6250655368566d597133743677397a2443264629',
  '3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b',
  '9a4f2c8d3b7a1e6f45c8a0b3f267d8b1d4e6f3c8a9d2b5f8e3a9c8b5f6v8a3d9',
  'bezkodersecretkey',
  '======================bezkoder=spring===========================',
  // tutorials on ASP.NET Core with JWTs
  'byym000ollmqg6vvvp1oh7xzyr7ghuw1qvuc5dcgt3snm',
  'jwtauthenticationhighsecuredpasswordvvvp1oh7xzyr',
  'strongkauthenticationkey',
  // Better Auth's own default, and Supabase's
  'better-auth-secret-12345678901234567890',
  'super-secret-jwt-token-with-at-least-32-characters-long',
  // Directus, Strapi and jsonwebtoken
  '255d861b-5ea1-5996-9aa3-922530ec40b1',
  'tobemodified',
  'shhhhh',
  'shhhhhhared-secret',
]);
