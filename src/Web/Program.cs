using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using Microsoft.AspNetCore.Components.WebAssembly.Services;
using Microsoft.JSInterop;
using MudBlazor.Services;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Runs;
using ReuseAddrDashboard.Components.Shell;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Web;
using ReuseAddrDashboard.Web.Catalogue;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.RootComponents.Add<App>("#app");
builder.RootComponents.Add<HeadOutlet>("head::after");

// At the top, where neither the step's button on a phone nor the verdict is.
builder.Services.AddMudServices(mud => mud.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.TopCenter);
builder.Services.AddLocalizationInterceptor(services => new MudTexts(services.GetRequiredService<PageTexts>(), services.GetRequiredService<ILoggerFactory>()));
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(services => Languages.Texts(services.GetRequiredService<IJSRuntime>()));
builder.Services.AddSingleton(new HttpClient { BaseAddress = new(builder.HostEnvironment.BaseAddress) });
builder.Services.AddSingleton<RunLibrary>();
builder.Services.AddSingleton<RecordedRuns>();
builder.Services.AddSingleton<DoneLessons>();
builder.Services.AddSingleton<PageSettings>();
builder.Services.AddSingleton<LabStore>();
builder.Services.AddSingleton<ILabCommands, LabLink>();
builder.Services.AddSingleton<PageScript>();
builder.Services.AddSingleton<PageAddress>();
builder.Services.AddSingleton<OwnRuns>();

WebAssemblyHost host = builder.Build();
await Languages.Load(host.Services.GetRequiredService<IJSRuntime>(), host.Services.GetRequiredService<LazyAssemblyLoader>());
await host.RunAsync();
