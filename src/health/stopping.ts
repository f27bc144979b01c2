import { Injectable } from '@nestjs/common';

/** Whether the server has been told to stop. It then still answers what it receives, but is not ready for more. */
@Injectable()
export class Stopping {
  private told = false;

  get begun(): boolean {
    return this.told;
  }

  begin(): void {
    this.told = true;
  }
}
