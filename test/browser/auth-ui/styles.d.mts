export declare function styleOfScreens(): Promise<string>;
