export interface Pause {
  /** Resolves after `ms`, or when somebody ends it. */
  begin(ms: number): Promise<void>;
  end(): void;
}

/** One at a time. */
export function createPause(): Pause {
  let end = (): void => undefined;
  return {
    begin: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => end(),
  };
}
