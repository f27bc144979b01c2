import 'reflect-metadata';
import { loadConfig } from './config/config.js';
import { readEnvironment } from './config/environment.js';
import { endInOneSentence } from './errors/end-in-one-sentence.js';
import { serve } from './serve.js';

await endInOneSentence(async () => {
  await serve(loadConfig(readEnvironment()));
});
