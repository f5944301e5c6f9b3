/** The executive board, and how it moves. */
import type { Board, BoardDay, FigureChange, TierCount } from '../domain/views/board.ts';
import { BOARD_FIGURES, BOARD_RANGES } from '../domain/views/board-names.ts';
import { followLive } from '../resolvers/live/live-field.ts';
import { orThrow, type BoardNews } from '../resolvers/live/news.ts';
import { boardChanged } from '../resolvers/live/subscriptions.ts';
import { toDecimal } from '../resolvers/scalars.ts';
import { dependsOn } from './authority.ts';
import { builder } from './builder.ts';
import { TierEnum } from './enums.ts';
import { isLive } from './live.ts';
import { seldom } from './seldom.ts';

const BoardRangeEnum = builder.enumType('BoardRange', { values: BOARD_RANGES, description: 'Days of UTC; the last of them is today.' });
const BoardFigureEnum = builder.enumType('BoardFigure', {
  values: BOARD_FIGURES,
  description: 'HOT, WARM, COLD and LEADS: how many there are. PIPELINE_MINOR: the value of the pipeline in minor units (cents). The rest: counts of today.',
});

const TierCountType = builder.objectRef<TierCount>('TierCount').implement({
  fields: (t) => ({
    tier: t.expose('tier', { type: TierEnum }),
    count: t.exposeInt('count'),
    change: t.exposeInt('change', { description: 'Against the moment before the range began.' }),
  }),
});

const BoardDayType = builder.objectRef<BoardDay>('BoardDay').implement({
  fields: (t) => ({
    day: t.exposeString('day', { description: '2026-03-01, of UTC.' }),
    newLeads: t.exposeInt('newLeads'),
    hot: t.exposeInt('hot', { description: 'How many were HOT at the end of the day; today: now.' }),
    warm: t.exposeInt('warm'),
    cold: t.exposeInt('cold'),
    answers: t.exposeInt('answers', { description: 'Answers to people who waited for one.' }),
    answersInTime: t.exposeInt('answersInTime'),
    won: t.exposeInt('won'),
    lost: t.exposeInt('lost'),
  }),
});

const BoardType = builder.objectRef<Board>('Board').implement({
  description: 'A brokerage in figures: sums over its leads as they are now. An erased lead counts nowhere, days that are past included.',
  fields: (t) => ({
    range: t.expose('range', { type: BoardRangeEnum }),
    from: t.exposeString('from', { description: 'The first day, of UTC.' }),
    to: t.exposeString('to', { description: 'The last day: today.' }),
    leads: t.exposeInt('leads'),
    tiers: t.field({ type: [TierCountType], description: 'HOT, WARM and COLD.', resolve: (board) => board.tiers }),
    pipelineValue: t.field({
      type: 'Decimal',
      description: 'What leads that are not closed (WON, LOST, DORMANT) said they would spend at the most, a billion each at the most.',
      resolve: (board) => toDecimal(board.pipelineMinor),
    }),
    newLeads: t.exposeInt('newLeads', { description: 'That came in within the range.' }),
    answers: t.exposeInt('answers', { description: 'Answers within the range, to people who waited for one.' }),
    answersInTime: t.exposeInt('answersInTime', { description: 'Of these not later than the score promised.' }),
    meanAnswerMinutes: t.exposeFloat('meanAnswerMinutes', { nullable: true, description: 'Null where nothing was answered.' }),
    won: t.exposeInt('won'),
    lost: t.exposeInt('lost'),
    conversion: t.exposeFloat('conversion', { nullable: true, description: 'Won of those that were won or lost, 0 to 1; null where none was.' }),
    days: t.field({ type: [BoardDayType], description: 'Oldest first.', resolve: (board) => board.days }),
  }),
});

const rangeArg = { type: BoardRangeEnum, defaultValue: 'DAYS_7' } as const;

builder.queryField('board', (t) =>
  t.field({
    type: BoardType,
    extensions: dependsOn('TENANT'),
    args: { range: t.arg({ ...rangeArg, required: true }) },
    resolve: async (_root, { range }, context) => (await seldom()).readBoard(context, range),
  }),
);

const FigureChangeType = builder.objectRef<FigureChange>('FigureChange').implement({
  fields: (t) => ({
    figure: t.expose('figure', { type: BoardFigureEnum }),
    value: t.exposeFloat('value', { description: 'Now. A whole number.' }),
    previous: t.exposeFloat('previous', { nullable: true, description: 'Null where it is not known what it was.' }),
  }),
});

const BoardNewsType = builder.objectRef<BoardNews>('BoardChange').implement({
  description: 'The board moved: told once a second at the most, with what changed since it was told last.',
  fields: (t) => ({
    cursor: t.exposeString('cursor'),
    figures: t.field({ type: [FigureChangeType], description: 'Those that are others now.', resolve: (news) => news.figures }),
    board: t.field({
      type: BoardType,
      description: 'All of it, as it is now: not older than the figures.',
      args: { range: t.arg({ ...rangeArg, required: true }) },
      resolve: async (_news, { range }, context) => (await seldom()).readBoard(context, range),
    }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

builder.subscriptionField('boardChanged', (t) =>
  t.field({
    type: BoardNewsType,
    args: { after: t.arg.string({ description: 'A cursor of an earlier result: resumes behind it. Absent: from now on.' }) },
    extensions: { ...dependsOn('TENANT'), ...isLive(boardChanged) },
    subscribe: (_root, args, context) => followLive(boardChanged, context, args),
    resolve: (news) => orThrow(news),
  }),
);
