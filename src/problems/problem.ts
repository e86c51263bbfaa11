import { STATUS_CODES } from 'node:http';

/** One thing wrong with a request: `pointer` is a JSON Pointer (RFC 6901) into its body, or `?name` of a parameter. */
export interface ProblemDetail {
  pointer: string;
  detail: string;
}

/** The body of every error answer to a program (RFC 9457). */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  errors?: ProblemDetail[];
  /** Of a conflict: the id of what is there already. */
  existing?: string;
}

/** An answer other than the one asked for. Its message is shown to the client. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly type: string;
  readonly errors: ProblemDetail[] | undefined;
  readonly existing: string | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    detail: string,
    more: {
      type?: string;
      errors?: ProblemDetail[];
      existing?: string;
      headers?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.status = status;
    this.type = more.type ?? 'about:blank';
    this.errors = more.errors;
    this.existing = more.existing;
    this.headers = more.headers ?? {};
  }

  get title(): string {
    return STATUS_CODES[this.status] ?? 'Error';
  }

  /** @param instance a URI of this one occurrence. */
  toDocument(instance: string): ProblemDocument {
    return {
      type: this.type,
      title: this.title,
      status: this.status,
      detail: this.message,
      instance,
      ...(this.errors ? { errors: this.errors } : {}),
      ...(this.existing ? { existing: this.existing } : {}),
    };
  }
}

/** 429, or 503 for `status`, with the seconds after which another try makes sense. */
export function tryLater(status: 429 | 503, seconds: number, detail: string): Problem {
  return new Problem(status, detail, {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) },
  });
}
