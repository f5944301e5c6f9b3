/**
 * Notes on objects, seen by nobody else and gone with their objects, as those in a WeakMap are. But they stand in the object itself, as a private field:
 * a look into a WeakMap is four places of memory that are far apart, and each collection of garbage walks through it. Of a list of 20 leads whose texts are
 * written anew that was a tenth (docs/benchmarks.md). Edge safe.
 */

/** For objects that can be extended: engines may refuse those that are frozen. */
export interface Notes<Subject extends object, Note> {
  of(subject: Subject): Note | undefined;
  /** In place of the one before. */
  put(subject: Subject, note: Note): void;
}

// oxlint-disable-next-line typescript/no-extraneous-class -- its constructor answers an object that is there: fields of a class that extends it are put into that one
class Given {
  constructor(given: object) {
    return given;
  }
}

/** Each has a field of its own. */
export function createNotes<Subject extends object, Note>(): Notes<Subject, Note> {
  return class Noted extends Given {
    #note: Note;

    constructor(subject: object, note: Note) {
      super(subject);
      this.#note = note;
    }
    static of(subject: object): Note | undefined {
      return #note in subject ? subject.#note : undefined;
    }
    static put(subject: object, note: Note): object {
      if (!(#note in subject)) return new Noted(subject, note);
      subject.#note = note;
      return subject;
    }
  };
}
