using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using Microsoft.Extensions.Localization;

using ReuseAddrDashboard.Web;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Shell;
using ReuseAddrDashboard.Web.Texts;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.RootComponents.Add<App>("#app");

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<IStringLocalizer, TextCatalog>();
builder.Services.AddSingleton<LabStore>();
builder.Services.AddSingleton<ILabOrders, LabLink>();
builder.Services.AddSingleton<PageScript>();
await builder.Build().RunAsync();
