/** Lists of properties. */
import type { Property } from '../../domain/property/property.ts';
import type { Connection, PageArgs } from '../connection.ts';
import type { RequestContext } from '../context.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import { listViews } from '../list-views.ts';
import { propertyPlan, type PropertyFilter, type PropertyOrder } from './property-query.ts';

export interface PropertyListArgs extends PageArgs {
  readonly filter?: PropertyFilter | null | undefined;
  readonly orderBy?: PropertyOrder | null | undefined;
}

export function listProperties(context: RequestContext, args: PropertyListArgs): MaybePromise<Connection<Property>> {
  return listViews<Property>(context, propertyPlan(args.filter ?? {}, args.orderBy ?? 'LISTED_DESC'), args);
}
