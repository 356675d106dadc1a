import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import config from './svelte.config.js';

export default defineConfig({
  root: 'web',
  plugins: [tailwindcss(), sveltekit(config)],
});
