import type { HubLead } from '../api/hub-types.ts';
import { Link } from '../ui/link.tsx';
import { MadeUp, TierPill } from '../ui/marks.tsx';
import { Ago } from '../ui/time.tsx';
import { useTitle } from '../ui/use-title.ts';
import { inWords } from '../ui/words.ts';
import { AgentChoice, StageChoice } from './choices.tsx';
import { ContactCard, EngagementCard, WishesCard } from './facts.tsx';
import { InsightCard } from './insight-card.tsx';
import { InteractionCard } from './interaction-card.tsx';
import { MatchesCard } from './matches-card.tsx';
import { NotesCard } from './notes-card.tsx';
import { ScoreCard } from './score-card.tsx';
import { TagsCard } from './tags-card.tsx';
import { TasksCard } from './tasks-card.tsx';
import { TimelineCard } from './timeline-card.tsx';
import { useLeadHub } from './use-lead-hub.ts';

const INTENTS = { BUYER: 'Buyer', SELLER: 'Seller', BOTH: 'Buyer and seller' } as const;

function LeadHead({ lead }: { readonly lead: HubLead }) {
  return (
    <header className="lead-head">
      <div>
        <h1>{lead.name}</h1>
        <p className="muted lead-sub">
          <TierPill tier={lead.tier} /> {lead.madeUp && <MadeUp />} {INTENTS[lead.intent]} · came by {inWords(lead.source).toLowerCase()} · changed{' '}
          <Ago at={lead.updatedAt} /> <span data-testid="lead-version">(version {lead.version})</span>
        </p>
      </div>
      <div className="lead-head-end">
        <StageChoice lead={lead} />
        <AgentChoice lead={lead} />
        <Link href={`/lead/${lead.id}/edit`} className="button" data-testid="edit-lead">
          Edit
        </Link>
      </div>
    </header>
  );
}

function Hub({ lead }: { readonly lead: HubLead }) {
  const homes = lead.matches.edges.flatMap(({ node }) => node.property ?? []);
  return (
    <article data-testid="lead-hub" data-lead-id={lead.id}>
      <LeadHead lead={lead} />
      <div className="hub">
        <div className="hub-main">
          <ScoreCard lead={lead} />
          <InsightCard leadId={lead.id} insight={lead.insight} />
          <MatchesCard matches={lead.matches} />
          <TimelineCard leadId={lead.id} newest={lead.timeline} homes={homes} />
        </div>
        <div className="hub-side">
          <InteractionCard leadId={lead.id} homes={homes} />
          <ContactCard lead={lead} />
          <WishesCard lead={lead} />
          <TasksCard leadId={lead.id} tasks={lead.tasks} />
          <NotesCard leadId={lead.id} notes={lead.notes} />
          <TagsCard leadId={lead.id} tags={lead.tags} />
          <EngagementCard lead={lead} />
        </div>
      </div>
    </article>
  );
}

export function LeadPage({ id }: { readonly id: string }) {
  const { lead, problem, isReading } = useLeadHub(id);
  useTitle(lead?.name ?? 'Lead');
  return (
    <>
      <p className="back">
        <Link href="/">← Scoreboard</Link>
      </p>
      {problem !== null && (
        <p role="alert" className="notice notice-warn">
          {problem}
        </p>
      )}
      {lead !== null ? <Hub lead={lead} /> : isReading && <p className="card empty muted">Reading the lead…</p>}
    </>
  );
}
