import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeEndpoint } from '../openapi/decorators.js';
import { Public } from '../http/access.js';

@Controller()
@Public()
export class HomeController {
  @Get('/')
  @ApiExcludeEndpoint()
  @Redirect('/docs', 302)
  home(): void {
    // Redirects to the documentation, because there is no other page.
  }
}
