import 'reflect-metadata';
import { createApp } from '../../dist/src/create-app.js';
import { loadConfig } from '../../dist/src/assembly/load-config.js';

// Prints the routes that Fastify has registered. openapi.test.ts compares them with the document.
const app = await createApp(loadConfig(process.env));
process.stdout.write(app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));
await app.close();
