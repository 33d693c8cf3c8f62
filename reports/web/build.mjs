// Bundles the page's script and style sheet into dist/, from where Capacity.Reports embeds them.
import { build } from 'esbuild';

await build({
  entryPoints: { report: 'src/report.js' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022'],
  legalComments: 'none',
  charset: 'utf8',
  // zrender asks for this name when it looks for a development build.
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
});

await build({
  entryPoints: { report: 'src/report.css' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  loader: { '.woff2': 'dataurl' },
  logLevel: 'warning',
});
