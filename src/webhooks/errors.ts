/** There is no webhook of that id. */
export class WebhookNotFound extends Error {
  constructor(id: string) {
    super(`There is no webhook ${id.slice(0, 20)}.`);
    this.name = 'WebhookNotFound';
  }
}

/** There is no such attempt of the webhook, or what it tried to tell was forgotten. */
export class AttemptNotFound extends Error {
  constructor(id: string) {
    super(`There is no attempt ${id.slice(0, 20)} of this webhook.`);
    this.name = 'AttemptNotFound';
  }
}

/** The webhook is off: nothing is sent to it. */
export class WebhookOff extends Error {
  constructor() {
    super('This webhook is off: switch it on first.');
    this.name = 'WebhookOff';
  }
}
