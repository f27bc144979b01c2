/** A database as a framework or an application leaves it, and what must hold after its migration. */
export interface WildCase {
  /** Framework or application, and what is special about this database. */
  readonly about: string;
  /** SQL that makes the tables and their rows. The ordinary owner runs it. */
  readonly schema: string;
  /** Variables that the operator sets, such as `SESSION_MODEL_NAME`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The refusal must match this text and must change nothing. Undefined if the migration must reach its end. */
  readonly refused?: RegExp;
  readonly people: readonly Person[];
  /** Statements of the old application. Each runs in its own transaction after the migration, and is rolled back. */
  readonly writes?: readonly LegacyWrite[];
  /** Questions about the database right after the migration. */
  readonly afterwards?: readonly Question[];
  /** `search_path` of every connection of this application, if its tables are not in `public`. */
  readonly searchPath?: string;
  /** `search_path` that the old application needs after the migration, because columns of its table were renamed. */
  readonly legacySearchPath?: string;
  /** Where new users are. By default `users`. */
  readonly usersTable?: string;
  /** True if the role owns the database too, not only its tables. */
  readonly ownsDatabase?: boolean;
  /** Removes rows that the application's own triggers wrote about the test's new user. */
  readonly forget?: string;
  /** True if the operator's real commands run in processes of their own. The other cases run in the test's process. */
  readonly byCommands?: boolean;
}

export interface Person {
  readonly email: string;
  readonly password: string;
  /** Error code of the refused sign-in. Undefined if the person signs in. */
  readonly refused?: 'INVALID_EMAIL_OR_PASSWORD' | 'BANNED_USER';
  /** Fields that the answer's user must have. */
  readonly user?: Readonly<Record<string, unknown>>;
  /** What is special about this person. */
  readonly note?: string;
}

export interface LegacyWrite {
  /** What the old application does, such as "creates a user". */
  readonly what: string;
  readonly sql: string;
  /** A question in the same transaction. */
  readonly check?: Omit<Question, 'what'>;
}

export interface Question {
  readonly what: string;
  readonly sql: string;
  readonly answer: readonly Readonly<Record<string, unknown>>[];
}
