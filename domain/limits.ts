/** How much a value may hold. Texts in UTF-16 units, so that every reader counts alike. */
export const LIMITS = {
  nameLength: 100,
  emailLength: 254,
  externalIdLength: 200,
  noteLength: 10_000,
  messageLength: 10_000,
  subjectLength: 500,
  urlLength: 2_000,
  channelLength: 50,
  tagLength: 50,
  tags: 50,
  titleLength: 200,
  reasonLength: 1_000,
  wordsLength: 1_000,
  listItemLength: 100,
  listItems: 50,
  addressLength: 200,
  /** Minor units: 100 billion of the currency, far inside what a double holds exactly. */
  moneyMinor: 10_000_000_000_000,
  rooms: 50,
  squareFeet: 10_000_000,
  /** Notes that the lead itself holds, newest last; the timeline has them all. */
  notesKept: 200,
  tasksOpen: 200,
  tasksDoneKept: 100,
  recentViewsKept: 50,
  propertyIdsKept: 500,
  matches: 100,
  automationActions: 50,
  /** Days of which a lead remembers what happened on them, for counts by day: more than the longest range of the board. */
  daysKept: 100,
} as const;
