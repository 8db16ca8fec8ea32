import { chromium } from '@playwright/test';
const url = process.argv[2]!;
const out = process.argv[3]!;
const dark = process.argv[4] === 'dark';
const w = Number(process.argv[5] ?? 1280);
const h = Number(process.argv[6] ?? 800);
const full = process.argv[7] === 'full';
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const p = await b.newPage({ viewport: { width: w, height: h }, colorScheme: dark ? 'dark' : 'light' });
p.on('console', (m) => {
  if (['error', 'warning'].includes(m.type())) console.log('console', m.type(), m.text());
});
p.on('pageerror', (e) => console.log('pageerror', e.message));
await p.goto(url);
await p.waitForTimeout(2500);
await p.screenshot({ path: out, fullPage: full });
await b.close();
