/** What an interaction adds to the counts and sums of a lead. They may arrive in another order than they happened. */
import { LIMITS } from '../../limits.ts';
import type { PropertyId } from '../../ids.ts';
import { messageQuality } from '../../scoring/message-quality.ts';
import { hoursBetween, later } from '../../time.ts';
import type { Interaction } from '../commands.ts';
import type { Engagement, Lead } from '../lead.ts';
import { unknownFact } from '../../unknown-fact.ts';
import { answeredAt, askedAt } from './response.ts';

export function withInteraction(lead: Lead, interaction: Interaction): Lead {
  const counted: Lead = { ...lead, engagement: engagementAfter(lead.engagement, interaction) };
  switch (interaction.kind) {
    case 'MESSAGE_IN':
    case 'PROPERTY_INQUIRED':
      return askedAt(counted, interaction.at);
    case 'MESSAGE_OUT':
      return answeredAt(counted, interaction.at);
    case 'PROPERTY_PASSED':
      return { ...counted, matches: lead.matches.filter((match) => match.propertyId !== interaction.propertyId) };
    default:
      return counted;
  }
}

/** What we send is no activity of the person. */
function engagementAfter(engagement: Engagement, interaction: Interaction): Engagement {
  const after = counted(engagement, interaction);
  if (interaction.kind === 'EMAIL_SENT' || interaction.kind === 'MESSAGE_OUT') return after;
  return { ...after, lastActivityAt: later(after.lastActivityAt, interaction.at) };
}

function counted(was: Engagement, interaction: Interaction): Engagement {
  switch (interaction.kind) {
    case 'EMAIL_SENT':
      return { ...was, emailsSent: was.emailsSent + 1 };
    case 'EMAIL_OPENED':
      return { ...was, emailsOpened: was.emailsOpened + 1 };
    case 'EMAIL_CLICKED':
      return { ...was, emailsClicked: was.emailsClicked + 1 };
    case 'PAGE_VIEW':
      return { ...was, pageViews: was.pageViews + 1 };
    case 'MESSAGE_IN':
      return messageIn(was, interaction.text, interaction.at);
    case 'MESSAGE_OUT':
      return { ...was, messagesOut: was.messagesOut + 1, lastMessageOutAt: later(was.lastMessageOutAt, interaction.at) };
    case 'PROPERTY_VIEWED':
      return propertyViewed(was, interaction);
    case 'PROPERTY_SAVED':
      return { ...was, saves: was.saves + 1, ...movedTo('saved', was, interaction.propertyId) };
    case 'PROPERTY_PASSED':
      return { ...was, ...movedTo('passed', was, interaction.propertyId) };
    case 'PROPERTY_INQUIRED':
      return { ...was, inquiries: was.inquiries + 1 };
    case 'PROPERTY_TOURED':
      return { ...was, tours: was.tours + 1 };
    case 'PROPERTY_OFFERED':
      return { ...was, offers: was.offers + 1 };
    default:
      throw unknownFact('an interaction', interaction satisfies never);
  }
}

/** The first message after one of ours is a reply to it; those that follow it are not. */
function messageIn(was: Engagement, text: string, at: string): Engagement {
  const { lastMessageOutAt: out, lastMessageInAt: before } = was;
  const isReply = out !== undefined && out <= at && (before === undefined || before < out);
  return {
    ...was,
    messagesIn: was.messagesIn + 1,
    lastMessageInAt: later(before, at),
    messageQualitySum: was.messageQualitySum + messageQuality(text),
    replies: was.replies + (isReply ? 1 : 0),
    replyHoursSum: was.replyHoursSum + (isReply ? hoursBetween(out, at) : 0),
  };
}

function propertyViewed(was: Engagement, { propertyId, at, priceMinor }: Extract<Interaction, { propertyId: unknown }>): Engagement {
  const views = [...was.recentViews, { propertyId, at }].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return {
    ...was,
    propertyViews: was.propertyViews + 1,
    recentViews: views.slice(-LIMITS.recentViewsKept),
    viewedPriceSumMinor: was.viewedPriceSumMinor + (priceMinor ?? 0),
    viewedPriced: was.viewedPriced + (priceMinor === undefined ? 0 : 1),
  };
}

/** A home is saved or passed on, never both: the last word counts. */
function movedTo(list: 'saved' | 'passed', was: Engagement, id: PropertyId): Pick<Engagement, 'savedPropertyIds' | 'passedPropertyIds'> {
  const saved = was.savedPropertyIds.filter((known) => known !== id);
  const passed = was.passedPropertyIds.filter((known) => known !== id);
  (list === 'saved' ? saved : passed).push(id);
  return { savedPropertyIds: saved.slice(-LIMITS.propertyIdsKept), passedPropertyIds: passed.slice(-LIMITS.propertyIdsKept) };
}
