/** Names that a CDN has still to forget, bound in number: where they are too many, the name of all that a tenant has stands for those of the tenant. Edge safe. */

/** What is to be forgotten. */
export interface Forgotten {
  readonly name: string;
  readonly tenantName: string;
  /** It was told of once already. */
  readonly isRepeat: boolean;
}

export interface WaitingTags {
  add(one: Forgotten): void;
  /** The oldest, at most so many; they wait no longer. */
  take(max: number): Forgotten[];
  size(): number;
}

export function createWaitingTags(max: number): WaitingTags {
  const byName = new Map<string, Forgotten>();
  const standForAll = ({ tenantName, isRepeat }: Forgotten): void => {
    for (const [name, one] of byName) if (one.tenantName === tenantName) byName.delete(name);
    byName.set(tenantName, { name: tenantName, tenantName, isRepeat });
  };
  const isCovered = ({ name, tenantName, isRepeat }: Forgotten): boolean =>
    [byName.get(name), byName.get(tenantName)].some((known) => known !== undefined && (isRepeat || !known.isRepeat));
  return {
    add(one) {
      if (isCovered(one)) return;
      const isOneOfMany = one.name !== one.tenantName;
      if (isOneOfMany && (byName.has(one.name) || byName.size < max)) byName.set(one.name, one);
      else standForAll({ ...one, isRepeat: false });
    },
    take(count) {
      const taken = [...byName.values()].slice(0, count);
      for (const { name } of taken) byName.delete(name);
      return taken;
    },
    size: () => byName.size,
  };
}
