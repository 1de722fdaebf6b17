using System.Reflection;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Rights;
using ReuseAddrDashboard.Server.Scenarios;
using Serilog.Debugging;

CommandLine line = CommandLine.Read(args);
if (line.Help)
{
    Console.WriteLine(HelpText.Text);
    return 0;
}
if (line.Version)
{
    Console.WriteLine(Assembly.GetExecutingAssembly().GetName().Version!.ToString(3));
    return 0;
}
if (line is { HealthCheck: { } url, Faults.Count: 0 })
    return await HealthCheck.Ask(url);

WebApplicationBuilder builder;
try
{
    builder = DashboardConfiguration.Builder(line);
}
catch (InvalidDataException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
string[] faults = [.. line.Faults, .. SettingsCheck.Faults(builder.Configuration)];
foreach (string fault in faults)
    Console.Error.WriteLine(PlainLine.From(fault));
if (faults.Length > 0)
    return 2;

// What the log cannot do, such as a file that cannot be written, it says nowhere else.
SelfLog.Enable(text => Console.Error.WriteLine(PlainLine.From(text.Split('\n')[0].Trim())));
DashboardOptions options = DashboardOptions.Read(builder.Configuration);
IReadOnlyList<string> urls = ListenAddress.Configured(builder.Configuration);
LocalHostsStarter? starter;
DataDirectory data;
ScenarioCatalog scenarios;
try
{
    starter = GivenUpRights.GiveUp(options, builder.Configuration, Console.Error);
    data = DataDirectory.Hold(options.Data);
    scenarios = ScenarioCatalog.Load(Path.Combine(AppContext.BaseDirectory, "Scenarios"), options.ScenarioDirectories);
}
catch (InvalidDataException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

await using (starter)
using (data)
using (PrivateDirectory directory = PrivateDirectory.Create())
{
    WebApplication app = Dashboard.Build(builder, data, directory, scenarios, TimeProvider.System, starter);
    Dashboard.MapPage(app);
    try
    {
        await Dashboard.Start(app);
    }
    catch (Exception e) when (e is InvalidDataException || StartFailure.Is(e))
    {
        Console.Error.WriteLine(e is InvalidDataException ? e.Message : TextCatalog.English[StartFailure.Explain(urls, e)]);
        // What had begun before the address was refused runs in the background, and needs its services until it has ended.
        await app.StopAsync();
        await app.DisposeAsync();
        return 1;
    }
    RuntimeFiles.Remove();
    StartMessage.Print(app, options);
    await app.WaitForShutdownAsync();
    await app.DisposeAsync();
    return 0;
}
