/** The page at `/` in a real browser, on the product as `npm start` starts it, while things happen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createApi, type Api } from '../support/api.ts';
import { describeWithBrowser, watchPage } from '../support/browser.ts';
import { DEADLINE, startProgram, type Program } from '../support/program.ts';
import { ADD_NOTE, CREATE_LEAD, type Receipt } from './leads.ts';

const UPDATE_LEAD = `mutation ($input: UpdateLeadInput!) { receipt: updateLead(input: $input, wait: VISIBLE) { id status leadId } }`;
/** A form shows one, and so does the list of what one asked for: say which. */
const VISIBLE_RECEIPT = '[data-testid=receipt-status][data-status=VISIBLE]';
const SCORE = `query ($id: ID!) { lead(id: $id) { score { value } } }`;

describeWithBrowser('the dashboard', (launch) => {
  const folder = mkdtempSync(join(tmpdir(), 'lead-intelligence-dashboard-'));
  let program: Program;
  let browser: Browser;
  let page: Page;
  let api: Api;
  let url = '';
  /** What the page asked, over HTTP and WebSocket. */
  const sent: string[] = [];
  let watch: Awaited<ReturnType<typeof watchPage>>;

  async function startProduct(port: string): Promise<void> {
    program = startProgram({ name: 'start', args: ['scripts/start.ts'], env: { DATA_DIR: folder, PORT: port, DEMO: 'on', LOG_LEVEL: 'warn' } });
    await program.until(/^Ctrl-C stops it\.$/m);
    url = /gateway +(http:\S+)/.exec(program.output())?.[1] ?? '';
  }
  async function signIn(): Promise<Api> {
    const response = await fetch(`${url}/dev/token`, { method: 'POST', body: JSON.stringify({ user: 'admin' }) });
    return createApi(url, ((await response.json()) as { token: string }).token);
  }

  beforeAll(async () => {
    [browser] = await Promise.all([launch(), startProduct('0')]);
    api = await signIn();
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(DEADLINE.timeout);
    watch = await watchPage(page, () => url);
    page.on('request', (request) => void (new URL(request.url()).pathname === '/graphql' && sent.push(request.postData() ?? '')));
    page.on('websocket', (socket) => void socket.on('framesent', ({ payload }) => void sent.push(String(payload))));
  });
  afterAll(async () => {
    await browser?.close();
    await program?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(program.output(), watch?.complaints())));

  const get = (testId: string): Locator => page.getByTestId(testId);
  const rowOf = (leadId: string): Locator => page.locator(`[data-testid=lead-row][data-lead-id="${leadId}"]`);
  /** What the rows say, from top to bottom, at one moment: a locator first finds the rows and reads them later, and a row may move in between. */
  const rowsNow = (attribute: 'data-lead-id' | 'data-score'): Promise<(string | null)[]> =>
    page.evaluate((name) => [...document.querySelectorAll('[data-testid=lead-row]')].map((row) => row.getAttribute(name)), attribute);
  const shownIds = (): Promise<(string | null)[]> => rowsNow('data-lead-id');
  const untilLive = (): Promise<void> => page.locator('[data-testid=connection-state][data-state=live]').waitFor();
  const until = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, DEADLINE);

  async function createLead(input: object): Promise<string> {
    const { receipt } = await api.data<{ receipt: Receipt }>(CREATE_LEAD, { input, key: crypto.randomUUID(), wait: 'VISIBLE' });
    expect(receipt.status).toBe('VISIBLE');
    return receipt.leadId;
  }
  async function scoreOf(id: string): Promise<number | null> {
    const { lead } = await api.data<{ lead: { score: { value: number } | null } }>(SCORE, { id });
    return lead.score?.value ?? null;
  }
  /** The row shows the score that the API has, which is not `before`. */
  async function untilRowHasNewScore(id: string, before: number | null): Promise<void> {
    await until(async () => {
      const score = await scoreOf(id);
      expect(score).not.toBe(before);
      expect(await rowOf(id).getAttribute('data-score')).toBe(String(score));
    });
  }

  it('signs a demo user in by a link, and shows leads with their scores and reasons', async () => {
    await page.goto(`${url}/#sign-in=admin`);
    await get('lead-row').nth(20).waitFor();
    await untilLive();
    expect(await get('viewer').textContent()).toContain('demo-admin');
    // The link works once: it is no longer in the address, and signs nobody in again by itself.
    expect(new URL(page.url()).hash).toBe('');
    expect(await get('lead-row').first().textContent()).toMatch(/made up.*(HOT|WARM|COLD).*RULES.*\+\d/);
    const scores = (await rowsNow('data-score')).map(Number);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it('shows a lead that comes in and moves it the moment its score moves', async () => {
    // A view in the address can be shared.
    await page.goto(`${url}/?tag=movers`);
    await get('empty').waitFor();
    const higher = await createLead({ firstName: 'Steady', email: 'steady@example.com', tags: ['movers'], preferences: { timeline: 'SOON' } });
    const mover = await createLead({ firstName: 'Mover', email: 'mover@example.com', tags: ['movers'], preferences: { timeline: 'EXPLORING' } });
    await until(async () => expect(await shownIds()).toEqual([higher, mover]));
    const before = await scoreOf(mover);
    await api.data(UPDATE_LEAD, { input: { leadId: mover, preferences: { timeline: 'IMMEDIATE' } } });
    await untilRowHasNewScore(mover, before);
    await until(async () => expect(await shownIds()).toEqual([mover, higher]));
    expect(await rowOf(mover).textContent()).toMatch(/▲ \+\d/);
  });

  it("is followed by a browser's own EventSource, which can send no header", async () => {
    const { token } = (await (await fetch(`${url}/dev/token`, { method: 'POST' })).json()) as { token: string };
    const address = `/graphql?${new URLSearchParams({ query: 'subscription { activity { id } }', access_token: token }).toString()}`;
    const told = page.evaluate(
      (from) =>
        new Promise<string[]>((resolve, reject) => {
          const source = new EventSource(from);
          source.addEventListener('error', () => reject(new Error('the stream broke')));
          source.addEventListener('next', ({ data, lastEventId }) => {
            source.close();
            resolve([String(data), lastEventId]);
          });
        }),
      address,
    );
    const [[result = '', id]] = await Promise.all([told, createLead({ firstName: 'Eve' })]);
    expect(JSON.parse(result)).toMatchObject({ data: { activity: { id: expect.any(String) } } });
    expect(id).toMatch(/^\d{15}-\d{10}$/);
  });

  it('narrows by filters, and keeps them in the address', async () => {
    await page.goto(url);
    await get('filter-tier').selectOption('WARM');
    await until(async () => {
      const tiers = await get('lead-row').locator('.pill').allTextContents();
      expect(new Set(tiers)).toEqual(new Set(['WARM']));
    });
    await get('filter-text').fill('mov');
    await until(() => expect(page.url()).toBe(`${url}/?tier=WARM&text=mov`));
    await get('filter-clear').click();
    await get('lead-row').nth(20).waitFor();
    await get('load-more').click();
    await get('lead-row').nth(70).waitFor();
  });

  it('tells everything of one lead, and follows it', async () => {
    await page.goto(`${url}/?tier=HOT`);
    const leadId = await get('lead-row').nth(2).getAttribute('data-lead-id');
    await rowOf(leadId ?? '')
      .getByRole('link')
      .click();
    await get('lead-hub').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/lead/${leadId}`);
    expect(await get('reasons').locator('li').count()).toBeGreaterThan(0);
    expect(await get('factors').locator('li').count()).toBeGreaterThan(4);
    expect(await get('match').count()).toBeGreaterThan(0);
    const entries = await get('timeline-entry').count();
    expect(entries).toBeGreaterThan(0);
    await get('score-history').waitFor();
    // This product has rules alone.
    await get('ask-ai').click();
    await page.getByText('The AI has nothing to say at the moment').waitFor();
    // By somebody else:
    await api.data(ADD_NOTE, { input: { leadId, text: 'Rang back, wants Saturday.' }, key: crypto.randomUUID(), wait: 'VISIBLE' });
    await page.getByText('Rang back, wants Saturday.').first().waitFor();
    // By this person:
    await get('record-EMAIL_CLICKED').click();
    await page.locator(VISIBLE_RECEIPT).first().waitFor();
    await get('timeline-entry').filter({ hasText: 'They clicked in an email.' }).first().waitFor();
  });

  it('creates a lead, showing how far it came, and its place on the scoreboard', async () => {
    await get('new-lead').click();
    await get('field-firstName').fill('Ada');
    await get('field-lastName').fill('Thistlewood');
    await get('field-email').fill('not an address');
    await get('submit').click();
    // Told at its field, and nothing of what was typed is lost.
    await get('problem-email').waitFor();
    await get('field-email').fill('ada@example.com');
    await get('field-preferences.budgetMax').fill('$925,000');
    await get('field-preferences.timeline').selectOption('IMMEDIATE');
    await get('field-preferences.locations').fill('98052, Redmond');
    await get('submit').click();
    await get('lead-form').locator(VISIBLE_RECEIPT).waitFor();
    await get('open-lead').click();
    await get('lead-score').waitFor();
    expect(await get('lead-hub').textContent()).toContain('up to $925,000');
    await page.goto(`${url}/?text=thistlew`);
    await until(async () => expect(await get('lead-row').allTextContents()).toEqual([expect.stringContaining('Ada Thistlewood')]));
  });

  it('edits a lead, and never over what somebody else changed meanwhile', async () => {
    await page.getByRole('link', { name: 'Ada Thistlewood' }).click();
    await get('edit-lead').click();
    await get('field-preferences.bedroomsMin').fill('4');
    const leadId = new URL(page.url()).pathname.split('/')[2];
    await api.data(UPDATE_LEAD, { input: { leadId, lastName: 'Thistlewood-Lind' } });
    await get('submit').click();
    await get('version-conflict').getByRole('button').click();
    await until(async () => expect(await get('field-lastName').inputValue()).toBe('Thistlewood-Lind'));
    expect(await get('field-preferences.bedroomsMin').inputValue()).toBe('4');
    await get('submit').click();
    await get('lead-form').locator(VISIBLE_RECEIPT).waitFor();
    await get('open-lead').click();
    await page.getByText('4 or more').waitFor();
    await page.getByRole('heading', { name: 'Ada Thistlewood-Lind' }).waitFor();
  });

  it('shows the board, which counts every lead and moves as soon as one comes in', async () => {
    const leadsNow = async (): Promise<number> => (await api.data<{ board: { leads: number } }>('{ board { leads } }')).board.leads;
    const shown = (figure: string): Promise<string> => get(`figure-${figure}`).locator('dd').innerText();
    await get('to-board').click();
    await until(async () => expect(await shown('leads')).toBe(String(await leadsNow())));
    await until(async () => expect(await get('newest-hot').count()).toBe(5));
    const before = await leadsNow();
    await createLead({ firstName: 'Counted', email: 'counted@example.com' });
    await until(async () => expect(Number(await shown('leads'))).toBeGreaterThan(before));
    await page.getByRole('button', { name: 'Today' }).click();
    await until(async () => expect(await shown('leads')).toBe(String(await leadsNow())));
    await until(async () => expect(await get('day-lines').getAttribute('aria-label')).toMatch(/^Leads by tier on 1 days\. .+ hot, /));
  });

  it('did all that without an error, against no policy, and talking to nobody else', () => {
    expect(watch.complaints()).toEqual([]);
  });

  it('goes on by itself after the server was killed and started again', async () => {
    await page.goto(`${url}/?tag=movers`);
    await get('lead-row').nth(1).waitFor();
    await untilLive();
    await page.evaluate(() => Reflect.set(globalThis, 'notReloaded', true));
    program.kill('SIGKILL');
    await program.ended;
    await page.locator('[data-testid=connection-state]:not([data-state=live])').waitFor();
    const [first] = await shownIds();
    await startProduct(new URL(url).port);
    api = await signIn();
    await untilLive();
    const before = await scoreOf(first ?? '');
    await api.data(UPDATE_LEAD, { input: { leadId: first, preferences: { timeline: 'EXPLORING' } } });
    await untilRowHasNewScore(first ?? '', before);
    expect(await page.evaluate(() => Reflect.get(globalThis, 'notReloaded'))).toBe(true);
  });

  it('names what it asks by the hashes of its documents, and sends no text of them', () => {
    expect(sent.filter((one) => one.includes('"sha256Hash"')).length).toBeGreaterThan(10);
    expect(sent.filter((one) => /"query":"[^"]/.test(one))).toEqual([]);
  });

  it('says why, where the session has ended', async () => {
    await page.evaluate(() => sessionStorage.setItem('lead-intelligence:token', 'not a token'));
    await page.reload();
    await get('sign-in-problem').waitFor();
    await get('sign-in-agent').click();
    await get('lead-row').first().waitFor();
    expect(await get('viewer').textContent()).toContain('demo-agent');
    await get('sign-out').click();
    await get('sign-in').waitFor();
  });
});
