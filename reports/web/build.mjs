// Bundles the scripts and style sheets of both pages into dist/: Capacity.Reports embeds those of the report,
// Capacity.Cli those of the what-if page.
import { build } from 'esbuild';

await build({
  entryPoints: { report: 'src/report.js', whatif: 'src/whatif.js' },
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
  entryPoints: { report: 'src/report.css', whatif: 'src/whatif.css' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  loader: { '.woff2': 'dataurl' },
  logLevel: 'warning',
});
