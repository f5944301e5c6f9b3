import { Fragment, type ReactNode } from 'react';
import type { HubLead } from '../api/hub-types.ts';
import { Ago } from '../ui/time.tsx';
import { inWords, moneyWords, numberWords } from '../ui/words.ts';

type Fact = readonly [name: string, value: ReactNode];

/** Names and values; what is not known is left out. */
function Facts({ title, facts, none }: { readonly title: string; readonly facts: readonly Fact[]; readonly none: string }) {
  const known = facts.filter(([, value]) => value !== null && value !== '' && value !== undefined);
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      {known.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <dl className="facts">
          {known.map(([name, value]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </dl>
      )}
    </section>
  );
}

function range(from: string | null, to: string | null): string | null {
  if (from !== null && to !== null) return `${from} to ${to}`;
  if (to !== null) return `up to ${to}`;
  return from === null ? null : `from ${from}`;
}
const money = (decimal: string | null): string | null => (decimal === null ? null : moneyWords(decimal));
const feet = (value: number | null): string | null => (value === null ? null : `${numberWords(value)} sq ft`);
const told = (value: string): string | null => (value === 'UNKNOWN' ? null : inWords(value));

export function ContactCard({ lead }: { readonly lead: HubLead }) {
  const { email, phone, timeZone, externalId, campaign, createdAt } = lead;
  const facts: Fact[] = [
    ['Email', email && <a href={`mailto:${email}`}>{email}</a>],
    ['Phone', phone && <a href={`tel:${phone}`}>{phone}</a>],
    ['Time zone', timeZone],
    ['CRM id', externalId],
    ['Campaign', [campaign.name, campaign.utmSource, campaign.utmCampaign].filter(Boolean).join(' · ')],
    ['Came in', <Ago key="at" at={createdAt} />],
  ];
  return <Facts title="Contact" facts={facts} none="" />;
}

export function WishesCard({ lead: { preferences } }: { readonly lead: HubLead }) {
  const { budgetMin, budgetMax, bedroomsMin, bathroomsMin, squareFeetMin, squareFeetMax } = preferences;
  const facts: Fact[] = [
    ['Budget', range(money(budgetMin), money(budgetMax))],
    ['When', told(preferences.timeline)],
    ['In their words', preferences.timelineWords && `“${preferences.timelineWords}”`],
    ['Financing', told(preferences.financing)],
    ['Where', preferences.locations.join(', ')],
    ['Kind', preferences.propertyTypes.map(inWords).join(', ')],
    ['Bedrooms', bedroomsMin && `${bedroomsMin} or more`],
    ['Bathrooms', bathroomsMin && `${bathroomsMin} or more`],
    ['Size', range(feet(squareFeetMin), feet(squareFeetMax))],
    ['Must have', preferences.mustHaves.join(', ')],
    ['Nice to have', preferences.niceToHaves.join(', ')],
    ['Why', preferences.motivation],
    ['Today', preferences.currentSituation],
  ];
  return <Facts title="What they want" facts={facts} none="They have not said yet." />;
}

export function EngagementCard({ lead: { engagement } }: { readonly lead: HubLead }) {
  const { emailsSent, emailsOpened, emailsClicked, replyHoursMean, lastActivityAt } = engagement;
  const facts: Fact[] = [
    ['Emails', emailsSent + emailsOpened + emailsClicked > 0 ? `${emailsSent} sent, ${emailsOpened} opened, ${emailsClicked} clicked` : null],
    ['Messages', engagement.messagesIn + engagement.messagesOut > 0 ? `${engagement.messagesIn} in, ${engagement.messagesOut} out` : null],
    ['Replies within', replyHoursMean === null ? null : `${replyHoursMean.toFixed(1)} h on average`],
    ['Pages', engagement.pageViews || null],
    ['Homes viewed', engagement.propertyViews || null],
    ['Saved', engagement.saves || null],
    ['Inquiries', engagement.inquiries || null],
    ['Tours', engagement.tours || null],
    ['Offers', engagement.offers || null],
    ['Last activity', lastActivityAt && <Ago at={lastActivityAt} />],
  ];
  return <Facts title="What they did" facts={facts} none="Nothing yet." />;
}
