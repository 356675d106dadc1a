import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import config from './svelte.config.js';
import { pageChunks } from './vite-chunks.ts';
import { contractRoutes } from './vite-contract.ts';

export default defineConfig({
  root: 'web',
  plugins: [contractRoutes(), tailwindcss(), sveltekit(config)],
  environments: {
    client: { build: { rolldownOptions: { output: { codeSplitting: pageChunks } } } },
  },
});
