#!/usr/bin/env node
// JavaScript, so that types are stripped once and not at every start: cli.ts itself is loaded with the cache on.
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('../src/cli.ts');
