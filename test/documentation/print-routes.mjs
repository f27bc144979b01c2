import 'reflect-metadata';
import { createApp } from '../../dist/src/create-app.js';
import { loadConfig } from '../../dist/src/assembly/load-config.js';

// The router's own view of itself, for openapi.test.ts.
const app = await createApp(loadConfig(process.env));
process.stdout.write(app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));
await app.close();
