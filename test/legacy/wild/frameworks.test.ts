import { ASPNET_IDENTITY, ASPNET_SECOND_FACTOR } from './cases/aspnet-identity.js';
import { DJANGO_UUID_ARGON2 } from './cases/django-uuid-argon2.js';
import { DJANGO, DJANGO_BLANK_EMAIL, DJANGO_SKIPPING } from './cases/django.js';
import { FASTAPI_USERS } from './cases/fastapi-users.js';
import { LARAVEL } from './cases/laravel.js';
import { NESTJS_BOILERPLATE } from './cases/nestjs-boilerplate.js';
import { NESTJS_TYPEORM } from './cases/nestjs-typeorm.js';
import { PRISMA_NEXTAUTH } from './cases/prisma-nextauth.js';
import { RAILS_AUTHENTICATION } from './cases/rails-authentication.js';
import { RAILS_DEVISE } from './cases/rails-devise.js';
import { WORDPRESS } from './cases/wordpress.js';
import { runCases } from './run-cases.js';

runCases([
  DJANGO,
  DJANGO_BLANK_EMAIL,
  DJANGO_SKIPPING,
  DJANGO_UUID_ARGON2,
  RAILS_DEVISE,
  RAILS_AUTHENTICATION,
  LARAVEL,
  NESTJS_TYPEORM,
  NESTJS_BOILERPLATE,
  PRISMA_NEXTAUTH,
  ASPNET_IDENTITY,
  ASPNET_SECOND_FACTOR,
  FASTAPI_USERS,
  WORDPRESS,
]);
