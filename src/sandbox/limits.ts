import type { RequestHandler, Response } from 'express';
import { rateLimit, type Options, type Store } from 'express-rate-limit';
import * as v from 'valibot';
import { headerStyles, type HeaderStyle, type SandboxLimits } from './limitSettings.ts';

/**
 * One limiter for the whole API (every caller is this machine) that can be reconfigured while it runs. A request's
 * `?style=` picks another header family for its own response; the count is the same for all of them.
 */
export class Limiter {
  #limits: SandboxLimits;
  #byStyle: ReadonlyMap<HeaderStyle, RequestHandler>;

  constructor(limits: SandboxLimits) {
    this.#limits = limits;
    this.#byStyle = buildLimiters(limits);
  }

  get limits(): SandboxLimits {
    return this.#limits;
  }

  /** Takes effect at once, with a new window. */
  set limits(limits: SandboxLimits) {
    this.#limits = limits;
    this.#byStyle = buildLimiters(limits);
  }

  readonly handle: RequestHandler = (request, response, next) => {
    const wanted = v.safeParse(v.picklist(headerStyles), request.query['style']);
    const limiter = this.#byStyle.get(wanted.success ? wanted.output : this.#limits.style);
    void limiter?.(request, response, next);
  };
}

function buildLimiters(limits: SandboxLimits): ReadonlyMap<HeaderStyle, RequestHandler> {
  const window = new Window(limits.windowSeconds * 1000);
  return new Map(headerStyles.map((style) => [style, buildLimiter(style, limits, window)]));
}

function buildLimiter(style: HeaderStyle, limits: SandboxLimits, window: Window): RequestHandler {
  const headers: Partial<Options> =
    style === 'draft-6' || style === 'draft-7' || style === 'draft-8'
      ? { standardHeaders: style, legacyHeaders: false }
      : { standardHeaders: false, legacyHeaders: style === 'legacy' };
  const limiter = rateLimit({
    ...headers,
    limit: limits.limit,
    windowMs: limits.windowSeconds * 1000,
    identifier: 'reports',
    keyGenerator: () => 'this-machine',
    store: window.store(),
    handler: (_request, response) => {
      if (style === 'github') setGithubHeaders(response, limits, window);
      response
        .status(429)
        .type('application/problem+json')
        .json({
          title: 'Too many requests',
          status: 429,
          detail: `The limit is ${limits.limit} requests in ${limits.windowSeconds} s.`,
        });
    },
  });
  if (style !== 'github') return limiter;
  return (request, response, next) => {
    void limiter(request, response, (error?: unknown) => {
      setGithubHeaders(response, limits, window);
      next(error);
    });
  };
}

function setGithubHeaders(response: Response, limits: SandboxLimits, window: Window): void {
  const { totalHits, resetTime } = window.current();
  response.set({
    'X-RateLimit-Limit': String(limits.limit),
    'X-RateLimit-Remaining': String(Math.max(0, limits.limit - totalHits)),
    'X-RateLimit-Used': String(Math.min(totalHits, limits.limit)),
    'X-RateLimit-Reset': String(Math.ceil(resetTime.getTime() / 1000)),
    'X-RateLimit-Resource': 'reports',
  });
}

/** A fixed window that starts with the first request in it. */
class Window {
  readonly #lengthMs: number;
  #hits = 0;
  #endsAtMs = 0;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  current(): { totalHits: number; resetTime: Date } {
    if (Date.now() >= this.#endsAtMs) {
      this.#hits = 0;
      this.#endsAtMs = Date.now() + this.#lengthMs;
    }
    return { totalHits: this.#hits, resetTime: new Date(this.#endsAtMs) };
  }

  /** A view of this window for one of the limiters that share it. */
  store(): Store {
    return {
      localKeys: true,
      increment: () => {
        this.current();
        this.#hits += 1;
        return this.current();
      },
      decrement: () => {
        this.#hits = Math.max(0, this.#hits - 1);
      },
      resetKey: () => {
        this.#hits = 0;
      },
    };
  }
}
