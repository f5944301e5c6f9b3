import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphiqlPage } from '../../../gateway/node/graphiql-page.ts';
import { createStaticFiles } from '../../../gateway/node/static-files.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

describe('pages', () => {
  let gateway: TestGateway;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pages-'));
    await mkdir(join(folder, 'dist/assets'), { recursive: true });
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await writeFile(join(folder, 'dist/index.html'), '<!doctype html><title>Leads</title>');
    await writeFile(join(folder, 'dist/assets/index-a1b2c3.js'), 'export {};');
    gateway = await startTestGateway({ assets: await createStaticFiles(join(folder, 'dist')), graphiqlPage: createGraphiqlPage() });
  });
  afterAll(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  it('the dashboard is never kept, its hashed files for ever', async () => {
    const index = await fetch(`${gateway.url}/`);
    expect(index.headers.get('cache-control')).toBe('no-cache');
    expect(index.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(index.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await index.text()).toContain('Leads');
    const script = await fetch(`${gateway.url}/assets/index-a1b2c3.js`);
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it('a path of the dashboard gives its page, a file that is not there 404', async () => {
    expect(await (await fetch(`${gateway.url}/leads/lead_1`)).text()).toContain('Leads');
    expect((await fetch(`${gateway.url}/assets/old.js`)).status).toBe(404);
  });

  it('nothing outside the folder is ever served', async () => {
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%5c..%5csecret.txt']) {
      expect(await (await fetch(gateway.url + path)).text()).not.toContain('secret"');
      expect((await fetch(gateway.url + path)).status).toBe(404);
    }
  });

  it('a folder that is not there is a site without pages', async () => {
    expect(await (await createStaticFiles(join(folder, 'nowhere')))('/')).toBeNull();
  });

  it('GraphiQL opens in a browser with a token in place, and loads nothing from elsewhere', async () => {
    const response = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await response.text();
    const beforeScripts = html.slice(0, html.indexOf('<script>'));
    expect(beforeScripts).not.toMatch(/(src|href)="https?:/);
    expect(html).not.toMatch(/<script[^>]+src=|@import\s+url\(\s*['"]?https?:|url\(\s*['"]?https?:/);
    const token = /Bearer ([\w.-]+)/.exec(html.slice(html.lastIndexOf('renderYogaGraphiQL(')))?.[1];
    expect(await (await gateway.query({ query: '{ whoami }' }, { authorization: `Bearer ${token}` })).json()).toEqual({ data: { whoami: 'demo-admin@demo' } });
  });

  it('GraphiQL gives no token away to another machine', async () => {
    const request = new Request('http://127.0.0.1/graphql', { headers: { accept: 'text/html' } });
    const html = await (await gateway.app.fetch(request, { remoteAddress: '10.1.2.3' })).text();
    expect(html.slice(html.lastIndexOf('renderYogaGraphiQL('))).toContain('paste a token here');
  });
});
