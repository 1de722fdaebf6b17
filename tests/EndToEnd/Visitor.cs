using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>One person's browser at the page: what the page asked for and complained of is kept, and must be nothing bad in the end.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private static readonly (int Width, int Height)[] Sizes = [(1440, 900), (1280, 720), (390, 844)];

    // 320 px is what WCAG asks for; the other two are the first two sizes at 200 %.
    private static readonly (int Width, int Height)[] Narrow = [(320, 640), (720, 450), (640, 360)];
    private static readonly string[] ColourRules = ["color-contrast", "link-in-text-block"];
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Visitor(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>True while the server is away on purpose: the browser then reports failed requests as errors.</summary>
    public bool ServerIsAway { get; set; }

    /// <summary>Opens a page, if not told otherwise the lab's, and waits until the lab is live on it.</summary>
    /// <param name="predicts">Whether this person wants to be asked what to expect before the deciding step, as everybody is who has not settled
    /// otherwise.</param>
    /// <param name="touch">Whether this person has a phone, and fingers.</param>
    /// <param name="motion">Whether things may move for this person; most tests do not wait for that.</param>
    public static async Task<Visitor> Come(
        Chromium chromium,
        Dashboard dashboard,
        int width = 1440,
        int height = 900,
        string path = "/lab",
        bool predicts = false,
        bool touch = false,
        bool motion = false
    )
    {
        Visitor visitor = await Open(chromium, dashboard, width, height, touch, motion);
        if (!predicts)
            await visitor.Page.AddInitScriptAsync("localStorage.setItem('setting.predict', 'off')");
        await visitor.Ask(() => visitor.Page.GotoAsync(dashboard.Url + path));
        await visitor.HasCome();
        return visitor;
    }

    /// <summary>A browser that has not asked for the page yet.</summary>
    public static async Task<Visitor> Open(Chromium chromium, Dashboard dashboard, int width = 1440, int height = 900, bool touch = false, bool motion = false)
    {
        IBrowserContext context = await chromium.Browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = height },
                Locale = "en-US",
                HasTouch = touch,
                IsMobile = touch,
                ReducedMotion = motion ? ReducedMotion.NoPreference : ReducedMotion.Reduce,
            }
        );
        IPage page = await context.NewPageAsync();
        page.SetDefaultTimeout((float)Wait.Patience.TotalMilliseconds);
        Visitor visitor = new(context, page);
        page.Console += (_, message) => visitor.Note(message.Type == "error", $"console: {message.Text}");
        page.PageError += (_, error) => visitor.Note(true, $"page error: {error}");
        page.Response += (_, response) => visitor.Note(response.Status >= 400, $"{response.Status} {response.Url}");
        page.Request += (_, request) =>
            visitor.Note(
                !request.Url.StartsWith(dashboard.Url + "/", StringComparison.Ordinal)
                    && !request.Url.StartsWith("data:", StringComparison.Ordinal)
                    && !request.Url.StartsWith("blob:", StringComparison.Ordinal),
                $"request to another host: {request.Url}"
            );
        page.WebSocket += (_, socket) =>
            visitor.Note(
                !socket.Url.StartsWith(dashboard.Url.Replace("http:", "ws:") + "/", StringComparison.Ordinal),
                $"socket to another host: {socket.Url}"
            );
        return visitor;
    }

    /// <summary>Waits until the page that was asked for is live; asks again where the machine's network changed meanwhile.</summary>
    public async Task HasCome()
    {
        for (int again = 0; again < 3 && await MetANetworkChange(); again++)
            await Anew(() => Page.ReloadAsync());
        await IsLive();
    }

    /// <summary>Asks for the page anew, and forgets what was complained of in the one before once that is gone: until then it goes on complaining.</summary>
    public async Task Anew(Func<Task> ask)
    {
        TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Page.FrameNavigated += Forget;
        try
        {
            if (await Ask(ask))
                await gone.Task.WaitAsync(Wait.Patience);
        }
        finally
        {
            Page.FrameNavigated -= Forget;
        }

        void Forget(object? sender, IFrame frame)
        {
            if (frame == Page.MainFrame && gone.TrySetResult())
                _complaints.Clear();
        }
    }

    /// <summary>Goes to another page as a link of this one leads there, which costs no new start.</summary>
    public Task Follow(string path) => Page.EvaluateAsync("to => Blazor.navigateTo(to)", path);

    /// <summary>Presses Tab until what has the focus is that.</summary>
    public async Task TabTo(string what)
    {
        for (int tab = 0; tab < 60; tab++)
        {
            await Page.Keyboard.PressAsync("Tab");
            if (await Page.EvaluateAsync<bool>("what => document.activeElement.matches(what)", what))
                return;
        }
        Assert.Fail($"Tab does not come to {what}.");
    }

    private async Task<bool> Ask(Func<Task> ask)
    {
        try
        {
            await ask();
            return true;
        }
        catch (PlaywrightException e) when (IsNetworkChange(e.Message))
        {
            Note(true, e.Message);
            return false;
        }
    }

    private async Task<bool> MetANetworkChange()
    {
        // A page that lost a part of itself may neither go live nor break: what the browser said is enough.
        await Wait.Until(
            async () => Changed() || await LiveOrBroken.IsVisibleAsync(),
            Wait.Patience,
            () => $"The page did not load.\n{string.Join('\n', _complaints)}\n{Wait.Machine}"
        );
        return Changed();

        bool Changed() => _complaints.Any(IsNetworkChange);
    }

    // Chromium drops what it was loading when an interface of this machine comes or goes, as those of containers do.
    private static bool IsNetworkChange(string complaint) => complaint.Contains("ERR_NETWORK_CHANGED", StringComparison.Ordinal);

    private async Task HasLoaded()
    {
        try
        {
            await Assertions.Expect(LiveOrBroken).ToBeVisibleAsync();
        }
        catch (PlaywrightException e)
        {
            Assert.Fail($"{e.Message}\n{string.Join('\n', _complaints)}\n{Wait.Machine}");
        }
    }

    private ILocator Broken => Page.Locator("#blazor-error-ui");

    private ILocator LiveOrBroken => Page.Locator(".bar .pill.live").Or(Broken.And(Page.Locator(":visible"))).First;

    /// <summary>Waits until the page shows the lab as it is now; fails at once, with what the browser said, when the page broke.</summary>
    public async Task IsLive()
    {
        await HasLoaded();
        Assert.False(await Broken.IsVisibleAsync(), $"The page broke:\n{string.Join('\n', _complaints)}");
    }

    /// <summary>
    /// A picture into screenshots/NAME.png; with REUSEADDR_PICTURES=1 at the three sizes in light and dark, NAME-WIDTHxHEIGHT-THEME.png. The page is no wider
    /// than its window at any of the sizes.
    /// </summary>
    public async Task Shoot(string name)
    {
        if (Environment.GetEnvironmentVariable("REUSEADDR_PICTURES") != "1")
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(Checkout.Results, "screenshots", $"{name}.png") });
            await FitsEverySize(name);
            return;
        }
        PageViewportSizeResult before = Page.ViewportSize ?? throw new InvalidOperationException("The page has no size.");
        foreach ((int width, int height) in Sizes)
        {
            await Page.SetViewportSizeAsync(width, height);
            foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                await Show(scheme);
                await Page.ScreenshotAsync(
                    new() { Path = Path.Combine(Checkout.Results, "screenshots", $"{name}-{width}x{height}-{scheme.ToString().ToLowerInvariant()}.png") }
                );
                await IsNoWiderThanItsWindow(name, width);
            }
        }
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Page.SetViewportSizeAsync(before.Width, before.Height);
    }

    /// <summary>A picture at the page's own size in each theme, screenshots/NAME-WIDTHxHEIGHT-THEME.png.</summary>
    public async Task ShootInBothThemes(string name)
    {
        PageViewportSizeResult size = Page.ViewportSize ?? throw new InvalidOperationException("The page has no size.");
        foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await Show(scheme);
            await Page.ScreenshotAsync(
                new() { Path = Path.Combine(Checkout.Results, "screenshots", $"{name}-{size.Width}x{size.Height}-{scheme.ToString().ToLowerInvariant()}.png") }
            );
        }
        await IsNoWiderThanItsWindow(name, size.Width);
    }

    /// <summary>The page does not scroll sideways at any of the three sizes, at 200 %, and at 320 px.</summary>
    public async Task FitsEverySize(string name)
    {
        PageViewportSizeResult before = Page.ViewportSize ?? throw new InvalidOperationException("The page has no size.");
        foreach ((int width, int height) in Sizes.Concat(Narrow))
        {
            await Page.SetViewportSizeAsync(width, height);
            await IsNoWiderThanItsWindow(name, width);
        }
        await Page.SetViewportSizeAsync(before.Width, before.Height);
    }

    private async Task IsNoWiderThanItsWindow(string name, int width)
    {
        int wider = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        string[] sticksOut =
            wider <= 0
                ? []
                : await Page.EvaluateAsync<string[]>(
                    """
                    () => [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
                      .map(e => `${e.tagName.toLowerCase()}.${e.getAttribute("class") ?? ""}: ${e.textContent.trim().slice(0, 40)}`).slice(-6)
                    """
                );
        Assert.True(wider <= 0, $"{name}: the page is {wider} px wider than its window of {width} px.\n{string.Join('\n', sticksOut)}");
    }

    /// <summary>axe, with every rule it has by default in light; in dark with those of colours, the rest being the same there.</summary>
    public async Task HasNoAxeViolation(string stage)
    {
        if (!await Page.EvaluateAsync<bool>("() => !!window.axe"))
            await Page.EvaluateAsync(Axe);
        foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
        {
            await Show(scheme);
            string[] violations = await Page.EvaluateAsync<string[]>(
                """
                async rules => {
                  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
                  return violations.map(v => `${v.id}: ${v.help}\n  ${v.nodes.slice(0, 5).map(n => n.html).join("\n  ")}`);
                }
                """,
                scheme == ColorScheme.Dark ? ColourRules : null
            );
            Assert.True(violations.Length == 0, $"axe, {stage}, {scheme}:\n{string.Join('\n', violations)}");
        }
    }

    /// <summary>Everything that can be pressed is 44 px wide and high; a link within a sentence is as the sentence is.</summary>
    public async Task HasRoomForAFinger(string stage)
    {
        string[] small = await Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll("button, a[href], select, input, textarea, summary, [role=tab], [role=option], [role=row][tabindex]")]
              .filter(e => !e.disabled && !e.closest(".sr, .skip") && e.checkVisibility({ visibilityProperty: true }) && getComputedStyle(e).display !== "inline")
              .map(e => [e, (e.matches("input[type=radio], input[type=checkbox], input[type=file]") ? e.closest("label") : e.closest(".mud-input-control, .lesson")) ?? e])
              .map(([e, box]) => [e, box.getBoundingClientRect()])
              .filter(([, box]) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
              .map(([e, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${e.tagName.toLowerCase()}.${e.className} ${e.ariaLabel ?? e.textContent.trim().slice(0, 40)}`)
            """
        );
        Assert.True(small.Length == 0, $"{stage}, too small for a finger:\n{string.Join('\n', small)}");
    }

    /// <summary>
    /// Nothing failed, no error in the console, no request to another host. That this machine's network changed meanwhile is not the page's fault.
    /// </summary>
    public void HasNothingToComplainOf()
    {
        string[] complaints = [.. _complaints.Where(complaint => !IsNetworkChange(complaint))];
        Assert.True(complaints.Length == 0, string.Join('\n', complaints));
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    /// <summary>The theme of this person's system from now on. Colours fade over; halfway they are neither legible nor what a person sees.</summary>
    public async Task Show(ColorScheme scheme)
    {
        await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await Page.EvaluateAsync(
            """
            async () => {
              await new Promise(frame => requestAnimationFrame(() => requestAnimationFrame(frame)));
              await Promise.allSettled(document.getAnimations().filter(a => a instanceof CSSTransition).map(a => a.finished));
            }
            """
        );
    }

    private void Note(bool bad, string what)
    {
        if (bad && !ServerIsAway)
            _complaints.Enqueue(what);
    }
}
